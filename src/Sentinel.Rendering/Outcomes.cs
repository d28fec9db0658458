using Sentinel.Api;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Rendering;

/// <summary>Says what became of each process that a command acted on.</summary>
internal static class Outcomes
{
    public static string Line(Outcome outcome) => outcome switch
    {
        Outcome.Started started => $"Started {Running(started)}",
        Outcome.Restarted restarted => $"Restarted {Running(restarted)}",
        Outcome.Registered registered => $"Registered {Named(registered.Process)})",
        Outcome.Waits waits => $"Waiting {Named(waits.Process)}) for {string.Join(", ", waits.For)}",
        Outcome.Scheduled { Process.State: RunState.Listening } listening => $"Listening {Named(listening.Process)}): who connects starts it",
        Outcome.Scheduled scheduled => $"Scheduled {Named(scheduled.Process)}): {(scheduled.Next is { } next ? $"next at {Text.Time(next)}" : "its times are over")}",
        Outcome.Stopped stopped => $"Stopped {Named(stopped.Process)}){(stopped.Remark is null ? "" : $"; {stopped.Remark}")}",
        Outcome.LeaseEnded over => $"Ended {Named(over.Process)}): {over.Why}",
        Outcome.WouldEnd over => $"Would end {Named(over.Process)}): {over.Why}",
        Outcome.Deleted deleted => $"Deleted {Named(deleted.Process)})",
        Outcome.Signalled sent => $"Sent {SignalName.Of(sent.Number)} to {Named(sent.Process)}{(sent.Processes > 1 ? $", {sent.Processes} processes)" : $", pid: {sent.Process.Pid})")}",
        Outcome.Changed changed => $"Changed {Named(changed.Process)}){(changed.Fields.Count == 0 ? "" : ": ")}{string.Join(", ", changed.Fields)}"
            + (changed.IsOutdated ? $"; part of it takes effect after 'sentinel restart {changed.Process.Name}'" : ""),
        Outcome.Reset reset => $"Reset {Named(reset.Process)}, {reset.Process.State})",
        Outcome.Cleared cleared => $"Cleared the logs of {Named(cleared.Process)})",
        Outcome.Rotated rotated => $"Rotated the logs of {Named(rotated.Process)})",
        Outcome.NotRotated idle => $"The logs of {Named(idle.Process)}) are too short to rotate",
        Outcome.AlreadyRunning running => $"{running.Process.Name} is already running (id: {running.Process.Id}{PidAndPorts(running)}"
            + (running.IsOutdated ? $"; it gets the new environment after 'sentinel restart {running.Process.Name}'" : ""),
        Outcome.NotRunning idle => $"{idle.Process.Name} is not running (id: {idle.Process.Id}, {idle.Process.State})",
        Outcome.Moved moved => (moved.Process.Group is null ? $"Removed {Named(moved.Process)}) from" : $"Added {Named(moved.Process)}) to")
            + $" {moved.Group}{(moved.IsOutdated ? $"; 'sentinel restart {moved.Process.Name}' changes its environment" : "")}",
        Outcome.HookAdded added => $"Added hook {added.Target}",
        Outcome.HookChanged changed => $"Changed hook {changed.Target}",
        Outcome.HookDeleted deleted => $"Deleted hook {deleted.Target}",
        Outcome.GroupCreated created => $"Created group {created.Target}",
        Outcome.GroupExists known => $"Group {known.Target} already exists",
        Outcome.GroupChanged changed => $"Changed group {changed.Target}" + (changed.Outdated.Count == 0
            ? ""
            : $"; 'sentinel group restart {changed.Target}' changes the environment of {string.Join(", ", changed.Outdated)}"),
        Outcome.GroupDeleted deleted => $"Deleted group {deleted.Target}" + (deleted.Members.Count == 0
            ? ""
            : $"; {Text.Count(deleted.Members.Count, "process is", "processes are")} in no group now"),
        Outcome.PortAllocated allocated => $"Allocated port {Described(allocated.Port, allocated.Name)}",
        Outcome.PortFreed freed => $"Freed port {Described(freed.Port, freed.Name)}",
        Outcome.Failed { Process: { } process } failed => $"{process.Name}: {failed.Why}",
        Outcome.Failed failed => failed.Why,
        _ => throw new NotSupportedException(outcome.GetType().Name),
    };

    private static string Described(int port, string name) => $"{port} ({name})";

    private static string Running(Outcome.Began began) => Named(began.Process) + PidAndPorts(began);

    private static string PidAndPorts(Outcome.Began began) => $", pid: {began.Process.Pid}"
        + string.Concat(began.Ports.Select(port => port.Url is { } url ? $", {url}" : $", {port.Name}: {port.Port}")) + ")";

    private static string Named(ProcessRef process) => $"{process.Name} (id: {process.Id}";
}
