// Ever more timers.
for (;;) setTimeout(() => {}, 1e6);
