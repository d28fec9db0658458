using System.Collections.Concurrent;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Linux.Files;
using Sentinel.Linux.Sockets;
using Sentinel.Rendering;

namespace Sentinel.Serve.Links;

/// <summary>
/// CPU, memory and state of each process, for charts: the last hour in steps of 10 seconds while somebody looks, and the last day in steps of
/// 5 minutes. It takes 9 KiB a process, for 2,000 at most; the day is kept in a file.
/// </summary>
internal sealed class History(DaemonLink daemon, string path, TimeProvider time)
{
    private const int Most = 2000, Hour = 360, Day = 288;

    private static readonly TimeSpan Often = TimeSpan.FromSeconds(10), Seldom = TimeSpan.FromMinutes(5), Interest = TimeSpan.FromMinutes(10);

    private readonly HomeFiles _files = new();
    private readonly ConcurrentDictionary<string, Track> _tracks = new();
    private long _lookedAt = long.MinValue;

    /// <summary>Takes notes until it is to end.</summary>
    public async Task Keep(CancellationToken ends)
    {
        Load();
        await Note(ends);
        using var timer = new PeriodicTimer(Often, time);
        for (var noted = StepOf(Seldom); await Tick();)
        {
            // Where nobody looks, once a step of the day is enough.
            var step = StepOf(Seldom);
            var isLookedAt = time.GetUtcNow().ToUnixTimeMilliseconds() - Interlocked.Read(ref _lookedAt) < Interest.TotalMilliseconds;
            if (step == noted && !isLookedAt)
                continue;
            await Note(ends);
            if (step != noted)
                Save();
            noted = step;
        }

        Save();

        async ValueTask<bool> Tick()
        {
            try
            {
                return await timer.WaitForNextTickAsync(ends);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    /// <param name="name">Of one process; null: of all.</param>
    public byte[] ToJson(bool ofDay, string? name)
    {
        Interlocked.Exchange(ref _lookedAt, time.GetUtcNow().ToUnixTimeMilliseconds());
        var (length, step) = ofDay ? (Day, Seldom) : (Hour, Often);
        var first = StepOf(step) - length + 1;
        return Documents.Written(json =>
        {
            json.WriteNumber("stepSeconds", step.TotalSeconds);
            json.WriteString("start", DateTimeOffset.FromUnixTimeSeconds(first * (long)step.TotalSeconds));
            json.WriteObjects("processes", _tracks.Where(track => name is null || track.Key == name).OrderBy(track => track.Key, StringComparer.Ordinal), track =>
            {
                var points = (ofDay ? track.Value.Day : track.Value.Hour).From(first, length);
                json.WriteString("name", track.Key);
                json.WriteArray("cpu", points, point => Write(point?.Cpu is { } cpu && float.IsFinite(cpu) ? Math.Round(cpu, 1) : null));
                json.WriteArray("memory", points, point => Write(point?.Kilobytes is { } known and not Point.Unknown ? known * 1024.0 : null));
                json.WriteArray("states", points, point => json.WriteStringValue(point is { } known ? Words[known.State] : null));
            });

            void Write(double? number)
            {
                if (number is { } known)
                    json.WriteNumberValue(known);
                else
                    json.WriteNullValue();
            }
        });
    }

    // The worst comes last, and stands for a step in which several were seen.
    private static readonly string[] Words = ["down", "up", "waiting", "failed"];

    private static byte StateOf(ProcessSummary process) => process switch
    {
        { State: "failed" or "crashed" or "backoff" } or { Health.Status: "unhealthy" } => 3,
        { State: "waiting" or "starting" } => 2,
        { State: "running" or "stopping" } => 1,
        _ => 0,
    };

    private async Task Note(CancellationToken ends)
    {
        try
        {
            var answer = await daemon.Ask<Answer.Summaries>(new Query.Summaries(new Selection.All()), ends);
            foreach (var gone in _tracks.Keys.Except(answer.All.Select(process => process.Name)).ToList())
                _tracks.TryRemove(gone, out _);
            foreach (var process in answer.All.Take(Most))
            {
                var track = _tracks.GetOrAdd(process.Name, _ => new Track(new Ring(Hour), new Ring(Day)));
                var point = Point.Of(process.CpuPercent, process.MemoryBytes, StateOf(process));
                track.Hour.Add(StepOf(Often), point);
                track.Day.Add(StepOf(Seldom), point);
            }
        }
        catch (Exception e) when (e is DaemonException or OperationCanceledException or IOException)
        {
            // Nothing is known of this step.
        }
    }

    private long StepOf(TimeSpan step) => time.GetUtcNow().ToUnixTimeSeconds() / (long)step.TotalSeconds;

    private void Save()
    {
        try
        {
            var draft = path + ".new";
            using (var file = new BinaryWriter(new FileStream(_files.MakeAnew(draft), FileAccess.Write)))
                foreach (var (name, track) in _tracks)
                {
                    file.Write(name);
                    track.Day.Write(file);
                }

            File.Move(draft, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is for charts: a full disk has more to worry about.
        }
    }

    private void Load()
    {
        try
        {
            if (_files.OpenToRead(path) is not { } saved)
                return;
            using var file = new BinaryReader(new FileStream(saved, FileAccess.Read));
            while (_tracks.Count < Most && file.BaseStream.Position < file.BaseStream.Length)
                _tracks[file.ReadString()] = new Track(new Ring(Hour), Ring.Read(file, Day));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            // What was read so far is kept.
        }
    }

    /// <param name="Cpu">In percent of a CPU; not a number: not known.</param>
    /// <param name="Kilobytes">Of memory, in KiB.</param>
    /// <param name="State">An index of <see cref="Words"/>.</param>
    private readonly record struct Point(float Cpu, uint Kilobytes, byte State)
    {
        public const uint Unknown = uint.MaxValue;

        public static Point Of(double? cpu, long? memory, byte state) =>
            new((float)(cpu ?? double.NaN), memory is { } bytes ? (uint)Math.Min(bytes / 1024, Unknown - 1) : Unknown, state);
    }

    private sealed record Track(Ring Hour, Ring Day);

    /// <summary>The last points, each with the number of its step: 13 bytes for each.</summary>
    private sealed class Ring(int length)
    {
        private readonly Lock _lock = new();
        private readonly uint[] _steps = new uint[length], _kilobytes = new uint[length];
        private readonly float[] _cpu = new float[length];
        private readonly byte[] _states = new byte[length];

        public void Add(long step, Point point)
        {
            lock (_lock)
            {
                var at = step % length;
                _states[at] = _steps[at] == step ? Math.Max(_states[at], point.State) : point.State;
                (_steps[at], _cpu[at], _kilobytes[at]) = ((uint)step, point.Cpu, point.Kilobytes);
            }
        }

        public List<Point?> From(long first, int count)
        {
            lock (_lock)
                return [.. Enumerable.Range(0, count).Select(i => (first + i) % length is var at && _steps[at] == first + i
                    ? new Point(_cpu[at], _kilobytes[at], _states[at]) : (Point?)null)];
        }

        public void Write(BinaryWriter file)
        {
            lock (_lock)
                for (var at = 0; at < length; at++)
                {
                    file.Write(_steps[at]);
                    file.Write(_cpu[at]);
                    file.Write(_kilobytes[at]);
                    file.Write(_states[at]);
                }
        }

        public static Ring Read(BinaryReader file, int length)
        {
            var ring = new Ring(length);
            for (var at = 0; at < length; at++)
                (ring._steps[at], ring._cpu[at], ring._kilobytes[at], ring._states[at]) = (
                    file.ReadUInt32(), file.ReadSingle(), file.ReadUInt32(), (byte)Math.Min(file.ReadByte(), Words.Length - 1));
            return ring;
        }
    }
}
