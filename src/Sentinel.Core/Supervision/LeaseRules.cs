using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>What leases allow now.</summary>
internal sealed class LeaseRules(IProcessTable table, TimeProvider time)
{
    /// <inheritdoc cref="LeasedProcess.WhyLeaseIsOver"/>
    public string? WhyOver(ProcessRecord record) => record.WhyLeaseIsOver(time.GetUtcNow(), table.MayBeAlive);

    /// <inheritdoc cref="LeasedProcess.WhyToEnd"/>
    public string? WhyToEnd(ProcessRecord record, string? session) => record.WhyToEnd(session, time.GetUtcNow(), table.MayBeAlive);

    /// <summary>Why the user cannot start a process, and what to do instead; null: they can.</summary>
    public string? WhyNotToStart(ProcessRecord record)
    {
        var name = record.Spec.Name;
        return WhyOver(record.Renewed(time.GetUtcNow())) is { } ownerGone
            ? $"it was to end with its owner, and {ownerGone}; 'sentinel delete {name}', then 'sentinel run' it without --until or with another"
            : WhyOver(record) is not { } over ? null
            : $"its lease is over: {over}; "
                + (record.State.IsUnderWay ? $"'sentinel stop {name}', then 'sentinel start {name}', begins it anew" : $"'sentinel start {name}' begins it anew");
    }

    /// <summary>Gives what does not run the whole time of its lease again; a process whose owner has gone is refused.</summary>
    public Chosen Renew(StateTransaction transaction, Chosen chosen)
    {
        var renewed = new Chosen([], chosen.Missing);
        foreach (var record in chosen.Found)
        {
            var after = record.State.IsUnderWay ? record : record.Renewed(time.GetUtcNow());
            if (!record.State.IsUnderWay && WhyOver(after) is not null)
            {
                renewed.Missing.Add(new Outcome.Failed(record.Spec.Name, record, WhyNotToStart(record)!, FailureCode.LeaseOver));
                continue;
            }

            transaction.State = transaction.State.With(after);
            renewed.Found.Add(after);
        }

        return renewed;
    }
}
