using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Linux.Loop;
using Sentinel.Model.Policy;

namespace Sentinel.Serve.Links;

/// <summary>Follows logs on a thread of its own, as they are written.</summary>
internal sealed class LogTail
{
    // What a slow reader has not taken is bounded by this: then the thread waits, and reads on where it was, or leaves out the oldest.
    private const int MostWaiting = 256, MostWaitingOfRecent = 16;

    private readonly Channel<IReadOnlyList<ReadLine>> _read;
    private long _missed;

    private LogTail(bool isForRecent) => _read = isForRecent
        ? Channel.CreateBounded<IReadOnlyList<ReadLine>>(
            new BoundedChannelOptions(MostWaitingOfRecent) { FullMode = BoundedChannelFullMode.DropOldest }, lines => Interlocked.Add(ref _missed, lines.Count))
        : Channel.CreateBounded<IReadOnlyList<ReadLine>>(MostWaiting);

    public ChannelReader<IReadOnlyList<ReadLine>> Lines => _read.Reader;

    /// <param name="from">From where on; what has no place in it begins at its end.</param>
    /// <param name="isForRecent">Whether lines may be left out that a slow reader would only get late.</param>
    public static LogTail Follow(
        IReadOnlyList<(LogFile Log, ProcessRecord Process)> logs, LogCursor from, LogPattern? pattern, bool isForRecent, CancellationToken ends)
    {
        var tail = new LogTail(isForRecent);
        new Thread(() => Pump(logs, from, pattern, tail._read.Writer, ends), maxStackSize: 256 * 1024) { IsBackground = true, Name = "logs" }.Start();
        return tail;
    }

    /// <summary>How many lines were left out since the last time that this was asked.</summary>
    public long TakeMissed() => Interlocked.Exchange(ref _missed, 0);

    private static void Pump(
        IReadOnlyList<(LogFile Log, ProcessRecord Process)> logs, LogCursor from, LogPattern? pattern, ChannelWriter<IReadOnlyList<ReadLine>> read, CancellationToken ends)
    {
        var known = logs.ToDictionary(log => log.Log, log => (log.Process, Lines: new LineAssembler()));
        try
        {
            using var watch = new Watch(ends);
            new LogFollower(watch, Write).Follow(logs.Select(log =>
            {
                var history = new LogHistory(log.Log.Path, new LogFiles());
                var position = from[log.Process.Id, log.Log.Stream] ?? history.End;
                return (log.Log, history, Math.Clamp(position, history.Start, history.End));
            }).ToList());
            read.Complete();
        }
        catch (OperationCanceledException)
        {
            read.Complete();
        }
        catch (Exception e)
        {
            read.Complete(e);
        }

        void Write(LogFile log, long position, ReadOnlyMemory<byte> bytes)
        {
            var now = DateTimeOffset.UtcNow;
            var lines = known[log].Lines.Add(position, bytes).Where(line => pattern is null || pattern.IsMatch(line.Text))
                .Select(line => new ReadLine(log, known[log].Process, line.Position, line.Position + line.Text.Length + 1, line.Text.ToArray(), now)).ToList();
            // Nothing is left to await on a thread of its own.
            if (lines.Count > 0)
                read.WriteAsync(lines, ends).AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Waits for changes until the reader has gone.</summary>
    private sealed class Watch(CancellationToken ends) : IFileWatch
    {
        private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

        private readonly Inotify _inotify = new();

        public void Add(string path) => _inotify.Add(path);

        public bool Wait()
        {
            _inotify.Wait(process: null, LookInterval);
            return !ends.IsCancellationRequested;
        }

        public bool AreSame(SafeFileHandle one, SafeFileHandle other) => _inotify.AreSame(one, other);

        public void Dispose() => _inotify.Dispose();
    }
}
