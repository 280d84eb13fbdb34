// An endless loop that catches whatever might end it.
function again() { try { for (;;); } catch { again(); } finally { again(); } }
again();
