using Sentinel.Core.Supervision;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Rendering;

/// <summary>Says what became of each process that a command acted on.</summary>
internal static class Outcomes
{
    public static string Line(Outcome outcome) => outcome switch
    {
        Outcome.Started started => $"Started {Named(started.Process)}, pid: {started.Pid})",
        Outcome.Restarted restarted => $"Restarted {Named(restarted.Process)}, pid: {restarted.Pid})",
        Outcome.Stopped stopped => $"Stopped {Named(stopped.Process)})",
        Outcome.LeaseEnded over => $"Ended {Named(over.Process)}): {over.Why}",
        Outcome.WouldEnd over => $"Would end {Named(over.Process)}): {over.Why}",
        Outcome.Deleted deleted => $"Deleted {Named(deleted.Process)})",
        Outcome.Changed changed => $"Changed {Named(changed.Process)})"
            + (changed.IsOutdated ? $"; part of it takes effect after 'sentinel restart {changed.Process.Id}'" : ""),
        Outcome.Reset reset => $"Reset {Named(reset.Process)}, {reset.Process.State.Word})",
        Outcome.Cleared cleared => $"Cleared the logs of {Named(cleared.Process)})",
        Outcome.Rotated rotated => $"Rotated the logs of {Named(rotated.Process)})",
        Outcome.NotRotated idle => $"The logs of {Named(idle.Process)}) are too short to rotate",
        Outcome.AlreadyRunning running => $"{running.Process.Spec.Name} is already running (id: {running.Process.Id}, pid: {running.Pid})"
            + (running.IsOutdated ? $"; it gets the new environment after 'sentinel restart {running.Process.Id}'" : ""),
        Outcome.NotRunning idle => $"{idle.Process.Spec.Name} is not running (id: {idle.Process.Id}, {idle.Process.State.Word})",
        Outcome.Moved moved => (moved.Process.Spec.Group is null ? $"Removed {Named(moved.Process)}) from" : $"Added {Named(moved.Process)}) to")
            + $" {moved.Group}{(moved.IsOutdated ? $"; 'sentinel restart {moved.Process.Id}' changes its environment" : "")}",
        Outcome.GroupCreated created => $"Created group {created.Target}",
        Outcome.GroupChanged changed => $"Changed group {changed.Target}" + (changed.Outdated.Count == 0
            ? ""
            : $"; 'sentinel group restart {changed.Target}' changes the environment of {string.Join(", ", changed.Outdated)}"),
        Outcome.GroupDeleted deleted => $"Deleted group {deleted.Target}" + (deleted.Members.Count == 0
            ? ""
            : $"; {Text.Count(deleted.Members.Count, "process is", "processes are")} in no group now"),
        Outcome.PortAllocated allocated => $"Allocated port {Described(allocated.Lease)}",
        Outcome.PortFreed freed => $"Freed port {Described(freed.Lease)}",
        Outcome.Failed { Process: { } process } failed => $"{process.Spec.Name}: {failed.Why}",
        Outcome.Failed failed => failed.Why,
        _ => throw new NotSupportedException(outcome.GetType().Name),
    };

    public static OutcomeJson Json(Outcome outcome)
    {
        var (word, process, pid) = outcome switch
        {
            Outcome.Started started => ("started", started.Process, started.Pid),
            Outcome.Restarted restarted => ("restarted", restarted.Process, restarted.Pid),
            Outcome.Stopped stopped => ("stopped", stopped.Process, (int?)null),
            Outcome.LeaseEnded over => ("ended", over.Process, null),
            Outcome.WouldEnd over => ("would-end", over.Process, over.Process.State.Main?.Pid),
            Outcome.Deleted deleted => ("deleted", deleted.Process, null),
            Outcome.Changed changed => ("changed", changed.Process, null),
            Outcome.Reset reset => ("reset", reset.Process, null),
            Outcome.Cleared cleared => ("cleared", cleared.Process, null),
            Outcome.Rotated rotated => ("rotated", rotated.Process, null),
            Outcome.NotRotated idle => ("not-rotated", idle.Process, null),
            Outcome.AlreadyRunning running => ("already-running", running.Process, running.Pid),
            Outcome.NotRunning idle => ("not-running", idle.Process, null),
            Outcome.Moved moved => (moved.Process.Spec.Group is null ? "removed" : "added", moved.Process, null),
            Outcome.GroupCreated => ("created", null, null),
            Outcome.GroupChanged => ("changed", null, null),
            Outcome.GroupDeleted => ("deleted", null, null),
            Outcome.PortAllocated => ("allocated", null, null),
            Outcome.PortFreed => ("freed", null, null),
            Outcome.Failed failed => ("failed", failed.Process, null),
            _ => throw new NotSupportedException(outcome.GetType().Name),
        };
        return new OutcomeJson(
            outcome.Target,
            process?.Id,
            process?.Spec.Name,
            Ok: outcome is not Outcome.Failed,
            word,
            pid,
            (outcome as Outcome.Restarted)?.OldPid,
            outcome switch
            {
                Outcome.Moved moved => moved.Group,
                Outcome.GroupCreated or Outcome.GroupChanged or Outcome.GroupDeleted => outcome.Target,
                _ => process?.Spec.Group,
            },
            outcome switch
            {
                Outcome.PortAllocated allocated => allocated.Lease.Port,
                Outcome.PortFreed freed => freed.Lease.Port,
                _ => null,
            },
            (outcome as Outcome.Failed)?.Why,
            (outcome as Outcome.Failed)?.Code.Word(),
            outcome switch
            {
                Outcome.LeaseEnded over => over.Why,
                Outcome.WouldEnd over => over.Why,
                Outcome.AlreadyRunning { IsOutdated: true } => "it has the new environment from its next start on",
                _ => null,
            });
    }

    private static string Described(PortLease lease) => $"{lease.Port} ({lease.Name})";

    private static string Named(ProcessRecord process) => $"{process.Spec.Name} (id: {process.Id}";
}
