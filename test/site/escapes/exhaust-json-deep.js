// Deep JSON, again and again.
for (;;) try { JSON.parse('['.repeat(5_000_000)); } catch { /* again */ }
