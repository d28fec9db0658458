using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Model;

/// <summary>Derives what happened from what changed, so that code that changes the state need not remember to say so.</summary>
public static class Changes
{
    /// <param name="logEnds">How long the logs of a process are now.</param>
    public static IEnumerable<Event> Between(State before, State after, DateTimeOffset now, Func<ProcessRecord, LogEnds> logEnds)
    {
        var dependencies = new Dependencies(after.Processes.Values);
        foreach (var record in after.Processes.Values)
            if (before.Processes.GetValueOrDefault(record.Id) is var old && !ReferenceEquals(old, record))
                foreach (var happened in Of(old, record))
                    yield return happened;
        foreach (var (id, record) in before.Processes)
            if (!after.Processes.ContainsKey(id))
                yield return new Event.Deleted(now, id, record.Spec.Name);

        IEnumerable<Event> Of(ProcessRecord? old, ProcessRecord record)
        {
            var (id, name) = (record.Id, record.Spec.Name);
            if (record.LeaseOver is { } over && old?.LeaseOver is null)
                yield return new Event.LeaseOver(now, id, name, over);
            if (record.Changed is { } change && change != old?.Changed)
                yield return new Event.FilesChanged(now, id, name, change);
            if (record.WatchTrouble != old?.WatchTrouble)
                switch (record.WatchTrouble)
                {
                    case WatchTrouble.Loop loop:
                        yield return new Event.WatchLoop(now, id, name, loop.Path);
                        break;
                    case WatchTrouble.Polled polled:
                        yield return new Event.WatchPolled(now, id, name, polled.Why);
                        break;
                }

            if (old?.State is RunState.Running { IsReady: false } was && record.State.CurrentRun is { IsReady: true } ready && ready.Identity == was.Identity)
                yield return new Event.Ready(now, id, name);
            if (record.State.CurrentRun is { Health: { } health } && health.IsHealthy != old?.State.CurrentRun?.Health?.IsHealthy)
                yield return new Event.HealthChanged(health.Since, id, name, health.IsHealthy, health.Why);
            if (record.LastRun is { } run && run != old?.LastRun)
            {
                var byUser = record.State is RunState.Stopped || old?.State is RunState.Stopping { ThenStart: true } || old?.HasReplaced(run) == true;
                yield return new Event.Ended(
                    run.EndedAt, id, name, run, byUser, logEnds(record), byUser ? null : (record.State as RunState.Backoff)?.Due);
            }
            else if (record.State is RunState.Stopped or RunState.Stopping { ThenStart: true } && old?.State is RunState.Backoff or RunState.Waiting or RunState.Scheduled or RunState.Failed or RunState.Exited { Left: not null }
                || (record.State is RunState.Stopped && old?.State is RunState.Exited or RunState.Crashed))
                yield return new Event.Stopped(record.State.Since, id, name);
            if (record.State is RunState.Scheduled { OnDemand: true } listening && old?.State is not RunState.Scheduled { OnDemand: true })
                yield return new Event.Listening(listening.Since, id, name);
            else if (record.State is RunState.Scheduled { OnDemand: false } scheduled && old?.State is not RunState.Scheduled)
                yield return new Event.Scheduled(scheduled.Since, id, name, Scheduling.Next(record));
            if (record.State is RunState.Failed failed && old?.State is not RunState.Failed)
                yield return new Event.GaveUp(failed.Since, id, name, failed.Why);
            if (record.State is RunState.Exited { Left: { } left } && old?.State is not RunState.Exited { Left: not null })
                yield return new Event.InBackground(now, id, name, left);
            // The same run goes on as another process.
            if (record.State.CurrentRun is { } next && old?.State is RunState.Running then && record.RunNumber == old.RunNumber)
            {
                if (next.Identity != then.Identity)
                    yield return new Event.HandedOver(now, id, name, next.Identity.Pid, then.Identity.Pid);
            }
            // It may be stopping already: the command that started it was killed, and another finds it only to stop it.
            else if (record.State.CurrentRun is { } running && running.Identity != old?.State.Main && running.Identity != old?.Predecessor?.Run.Identity)
                yield return new Event.Started(
                    running.Since, id, name, running.Identity.Pid, Automatic: old?.State is RunState.Starting { Automatic: true } or RunState.Backoff or RunState.Waiting { Automatic: true });
            // What may start is about to.
            if (record.State is RunState.Waiting waiting && old?.State is not RunState.Waiting && dependencies.Of(record) is { Count: > 0 } needed)
                yield return new Event.Waits(waiting.Since, id, name, [.. needed.Select(waits => waits.Name)]);
        }
    }
}
