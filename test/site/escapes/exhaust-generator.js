// An endless generator, spread.
[...(function* () { for (;;) yield 1; })()];
