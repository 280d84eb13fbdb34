// … of the other kind.
const again = () => (typeof queueMicrotask === 'function' ? queueMicrotask : (0, eval)('queueMicrotask'))(again);
again();
