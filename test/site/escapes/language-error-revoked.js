// A revoked proxy thrown.
const { proxy, revoke } = Proxy.revocable({}, {});
revoke();
process.nextTick(() => { throw proxy; });
