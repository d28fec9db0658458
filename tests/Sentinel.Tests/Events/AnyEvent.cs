using CsCheck;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Tests.Store;

namespace Sentinel.Tests.Events;

/// <summary>Every event that there can be, at a whole millisecond: as exact as they are told.</summary>
internal static class AnyEvent
{
    private static readonly Gen<string> Text = AnyState.Text;

    private static readonly Gen<DateTimeOffset> Time = AnyState.Time.Select(time =>
        new DateTimeOffset(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero));

    private static readonly Gen<(DateTimeOffset Time, int Id, string Name)> Process = Gen.Select(Time, Gen.Int[1, 99], Text);

    public static readonly Gen<Event.Ended> Ended =
        Gen.Select(Process, AnyState.Ended.Where(run => run is not null), Time, Gen.Bool, Gen.Select(Gen.Long[0, long.MaxValue].Nullable(), Gen.Long[0, long.MaxValue].Nullable()), Time.Nullable())
            .Select((process, run, started, byUser, logs, due) => new Event.Ended(
                process.Time,
                process.Id,
                process.Name,
                run! with { StartedAt = started, EndedAt = process.Time },
                // What was not even begun nobody can stop.
                byUser && run.How is not Exit.NotStarted,
                new LogEnds(logs.Item1, logs.Item2),
                due));

    private static readonly Gen<Event> Unnumbered = Gen.OneOf<Event>(
        Gen.Select(Process, Gen.Int[1, int.MaxValue], Gen.Bool).Select((process, pid, automatic) => new Event.Started(process.Time, process.Id, process.Name, pid, automatic)),
        Ended,
        Gen.Select(Process, Gen.Int, Gen.Int).Select((process, pid, old) => new Event.HandedOver(process.Time, process.Id, process.Name, pid, old)),
        Gen.Select(Process, Text).Select((process, left) => new Event.InBackground(process.Time, process.Id, process.Name, left)),
        Gen.Select(Process, Text).Select((process, left) => new Event.EndedLeft(process.Time, process.Id, process.Name, left)),
        Process.Select(process => new Event.Ready(process.Time, process.Id, process.Name)),
        Gen.Select(Process, Gen.Bool, Text.Null()).Select((process, isHealthy, why) =>
            new Event.HealthChanged(process.Time, process.Id, process.Name, isHealthy, why)),
        Gen.Select(Process, Gen.Int[1, 64], Gen.Int).Select((process, signal, count) => new Event.Signalled(process.Time, process.Id, process.Name, signal, count)),
        Process.Select(process => new Event.Stopped(process.Time, process.Id, process.Name)),
        Gen.Select(Process, Text.Array[0, 3]).Select((process, names) => new Event.Waits(process.Time, process.Id, process.Name, names)),
        Process.Select(process => new Event.Listening(process.Time, process.Id, process.Name)),
        Gen.Select(Process, Time.Nullable()).Select((process, next) => new Event.Scheduled(process.Time, process.Id, process.Name, next)),
        Gen.Select(Process, Time, Text).Select((process, slot, why) => new Event.CronSkipped(process.Time, process.Id, process.Name, slot, why)),
        Gen.Select(Process, Text).Select((process, why) => new Event.Follows(process.Time, process.Id, process.Name, why)),
        Gen.Select(Process, Text).Select((process, why) => new Event.GaveUp(process.Time, process.Id, process.Name, why)),
        Gen.Select(Process, Text).Select((process, why) => new Event.LeaseOver(process.Time, process.Id, process.Name, why)),
        Gen.Select(Process, Text, Gen.Int[0, 9], Gen.Int[1, 9].Nullable()).Select((process, path, more, run) =>
            new Event.FilesChanged(process.Time, process.Id, process.Name, new FileChange(path, more, process.Time, run is null ? "run:make" : "restart", run))),
        Gen.Select(Process, Text).Select((process, path) => new Event.WatchLoop(process.Time, process.Id, process.Name, path)),
        Gen.Select(Process, Text).Select((process, why) => new Event.WatchPolled(process.Time, process.Id, process.Name, why)),
        Gen.Select(Process, Text, Text).Select((process, then, why) => new Event.WatchFailed(process.Time, process.Id, process.Name, then, why)),
        Gen.Select(Process, Gen.Long, Gen.Long).Select((process, memory, limit) => new Event.OutgrewMemory(process.Time, process.Id, process.Name, memory, limit)),
        Gen.Select(Process, Text, Text).Select((process, log, why) => new Event.LogNotRotated(process.Time, process.Id, process.Name, log, why)),
        Gen.Select(Process, Text, Gen.Long[0, long.MaxValue]).Select((process, log, lost) => new Event.LogEmptied(process.Time, process.Id, process.Name, log, lost)),
        Process.Select(process => new Event.Deleted(process.Time, process.Id, process.Name)),
        Gen.Select(Time, Gen.Int, Text).Select((time, pid, version) => new Event.DaemonUp(time, pid, version)),
        Gen.Select(Time, Gen.Int).Select((time, pid) => new Event.DaemonDown(time, pid)));

    // Records compare what is in their lists by reference.
    public static void Same(Event expected, Event actual)
    {
        if (expected is Event.Waits waits && actual is Event.Waits other)
            Assert.Equal((waits with { For = [] }, string.Join('\0', waits.For)), (other with { For = [] }, string.Join('\0', other.For)));
        else
            Assert.Equal(expected, actual);
    }

    public static readonly Gen<Event> Any = Gen.Select(Unnumbered, Gen.Long[1, Event.HighestNumber].Nullable())
        .Select((happened, number) => happened with { Number = number });
}
