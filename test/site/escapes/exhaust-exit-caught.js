// process.exit, caught, and on.
for (;;) try { process.exit(0); } catch { /* again */ }
