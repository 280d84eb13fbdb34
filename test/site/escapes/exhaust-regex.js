// A regular expression that tries everything.
/^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(60));
