using Sentinel.Api;
using Sentinel.Core.Store;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>Restarts processes one at a time, each when the last is ready, and ends at the first failure.</summary>
internal sealed class Rolling(StateStore store, IStartWaits starts, Restarting restarting, Replacing replacing)
{
    /// <inheritdoc cref="Restarting.Restart"/>
    public async ValueTask<IReadOnlyList<Outcome>> Restart(
        RestartWay way, Selection selection, StopOptions options, Renewal? renewal, RestartReason reason = RestartReason.User, IReadOnlyDictionary<int, FileChange>? changes = null)
    {
        var (found, outcomes) = selection.In(store.Read(), restarting.AppliesInBulk);
        for (var i = 0; i < found.Count; i++)
        {
            var outcome = way == RestartWay.NoGap && Replacing.IsUp(found[i])
                ? await replacing.Replace(found[i].Id, options, renewal, reason, changes?.GetValueOrDefault(found[i].Id))
                : await One(found[i], options, renewal, reason, changes);
            if (outcome is Outcome.Failed failed)
            {
                string[] left = [.. found.Skip(i + 1).Select(next => next.Spec.Name)];
                outcomes.Add(left.Length == 0 ? failed : failed with { Why = $"{failed.Why}; not restarted: {string.Join(", ", left)}" });
                break;
            }

            outcomes.Add(outcome);
        }

        return outcomes;
    }

    private async ValueTask<Outcome> One(
        ProcessRecord record, StopOptions options, Renewal? renewal, RestartReason reason, IReadOnlyDictionary<int, FileChange>? changes)
    {
        using var start = starts.Prepare(record.Id);
        var outcome = (await restarting.Restart(Selection.Of([record.Id]), options, renewal, reason, changes))[0];
        return outcome is Outcome.Restarted restarted && await start.Until(restarted.Process, serves: true) is { } failure ? failure : outcome;
    }
}
