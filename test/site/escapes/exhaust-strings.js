// Ever longer strings.
let text = 'x';
for (;;) try { text += text; JSON.stringify(text); } catch { text = 'x'; }
