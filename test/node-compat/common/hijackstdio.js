// Listens to what a program writes to its streams.

const hijack = (name) => {
  let original;
  return {
    take(listener) {
      const stream = process[name];
      original ??= stream.write;
      stream.writeTimes = 0;
      stream.write = (data, ...rest) => {
        try {
          listener(data);
        } catch (error) {
          process.nextTick(() => {
            throw error;
          });
        }
        const written = original.call(stream, data, ...rest);
        stream.writeTimes += 1;
        return written;
      };
    },
    restore() {
      if (original) process[name].write = original;
      original = undefined;
    },
  };
};

const stdout = hijack('stdout');
const stderr = hijack('stderr');

module.exports = {
  hijackStdout: stdout.take,
  hijackStderr: stderr.take,
  restoreStdout: stdout.restore,
  restoreStderr: stderr.restore,
};
