using Sentinel.Api;
using Sentinel.Core.Trees;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Sockets;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Commands;

/// <summary>Waits until a process listens on each of its ports.</summary>
internal static class PortWait
{
    // Nothing tells when a socket begins to listen.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public static int Wait(Session session, ProcessRecord first, Inotify watch, TimeSpan? timeout)
    {
        var begun = TimeProvider.System.GetTimestamp();
        var name = first.Spec.Name;
        var ports = new Ports(session.Table);
        long? unnoted = null;
        while (true)
        {
            var (written, state, snapshot) = session.Look();
            if (state.Processes.GetValueOrDefault(first.Id) is not { } now)
                return Session.Fail($"{name} was deleted");
            // The daemon is taking note of this now, and knows better.
            unnoted = ReferenceEquals(now, written.Processes[first.Id]) ? null : unnoted ?? TimeProvider.System.GetTimestamp();
            if (unnoted is { } since && session.Daemon is not null && TimeProvider.System.GetElapsedTime(since) < WaitCommand.NoteTimeout)
                (state, now) = (written, written.Processes[first.Id]);
            var leases = state.Ports.Values.Where(lease => lease.ProcessId == first.Id).ToDictionary(lease => lease.Port);
            if (leases.Count == 0)
                return Session.Fail($"{name} has no port; 'sentinel run --port NAME' gives it one");
            if (now.State is not (RunState.Starting or RunState.Running or RunState.Backoff))
                return Session.Fail($"{name} is {now.State.Word}{(now.LastRun is { } last ? $": {last.How}" : "")}");
            if (session.Daemon is null)
                Due.Restart(session, now, written);

            var listeners = ports.Listeners(leases.Keys.ToHashSet());
            var own = OwnPids(now, state, snapshot, isNeeded: listeners.Count > 0);
            var answered = listeners.Where(listener => listener.Pid is { } pid && own.Contains(pid)).Select(listener => listener.Port).ToHashSet();
            if (listeners.FirstOrDefault(listener => !answered.Contains(listener.Port)) is { } stranger
                && (stranger.Pid is null || session.Table.Look(stranger.Pid.Value) is not null))
                return Session.Fail($"port {stranger.Port} ({leases[stranger.Port].Name}) is used by {stranger}, which is not {name}");
            if (answered.Count == leases.Count)
            {
                if (session.IsJson)
                    session.Print(ProcessLook.Whole(session, Selection.Of([first.Id])).ToJson());
                else
                    session.Output.Line($"{name} listens on {string.Join(", ", leases.Values.Select(lease => $"{lease.Port} ({lease.Name})"))}");
                return ExitCode.Success;
            }

            var left = timeout - TimeProvider.System.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero)
                return Session.Fail(
                    $"{name} does not listen on {string.Join(", ", leases.Keys.Except(answered))} after {timeout!.Value.TotalSeconds:0.###} s",
                    ExitCode.TimedOut);
            watch.Wait(null, left < Interval ? left.Value : Interval);
        }
    }

    private static IReadOnlySet<int> OwnPids(ProcessRecord record, State state, Snapshot snapshot, bool isNeeded) =>
        isNeeded && record.State.Main is not null
        && ProcessTrees.Find([TreeRoot.Of(record)], snapshot, state.Processes.Values.Select(TreeRoot.Of)).TryGetValue(record.Id, out var tree)
            ? tree.Select(member => member.Pid).ToHashSet()
            : new HashSet<int>();
}
