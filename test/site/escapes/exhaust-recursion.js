// Recursion, caught and begun again.
function deep() { deep(); }
for (;;) try { deep(); } catch { /* again */ }
