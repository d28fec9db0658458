using Sentinel.Api;
using Sentinel.Core.Store;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>Restarts processes one at a time, each when the last is ready, and ends at the first failure.</summary>
internal sealed class Rolling(StateStore store, IStartWaits starts, Restarting restarting)
{
    /// <inheritdoc cref="Restarting.Restart"/>
    public async ValueTask<IReadOnlyList<Outcome>> Restart(
        Selection selection, StopOptions options, Renewal? renewal, RestartReason reason = RestartReason.User, IReadOnlyDictionary<int, FileChange>? changes = null)
    {
        var (found, outcomes) = selection.In(store.Read(), restarting.AppliesInBulk);
        for (var i = 0; i < found.Count; i++)
        {
            using var start = starts.Prepare(found[i].Id);
            var outcome = (await restarting.Restart(Selection.Of([found[i].Id]), options, renewal, reason, changes))[0];
            if (outcome is Outcome.Restarted restarted && await start.Until(restarted.Process, serves: true) is { } failure)
                outcome = failure;
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
}
