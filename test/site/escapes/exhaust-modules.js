// Modules that load each other for ever.
for (;;) { try { delete require.cache?.[require.resolve('./main.js')]; } catch {} try { require('./package.json'); require('./main.js'); } catch { /* again */ } }
