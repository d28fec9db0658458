using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Supervision;

/// <summary>Sends signals to what runs.</summary>
internal sealed class Signalling(SupervisorTools tools, Choosing choosing)
{
    /// <inheritdoc cref="Request.Signal"/>
    public IReadOnlyList<Outcome> Send(Selection selection, int number, bool isTree)
    {
        using var transaction = tools.Store.Begin();
        var snapshot = new Snapshot(tools.Table);
        var (found, outcomes) = choosing.Choose(transaction, snapshot, selection, record => record.State is RunState.Running);
        var running = found.FindAll(record => record.State is RunState.Running);
        outcomes.AddRange(found.Except(running).Select(record => NotRunning(record, $"it is {record.State.Word}")));
        // Written down first: those who find one dead are told who sent the signal.
        foreach (var record in running)
            transaction.State = transaction.State.With(Lifecycle.Decide(record, new ProcessEvent.Signalled(number), tools.Time.GetUtcNow()).Record);
        transaction.SaveForNow();
        var trees = isTree ? ProcessTrees.Find(running.ConvertAll(TreeRoot.Of), snapshot, TreeRoot.OfAll(transaction.State.Processes.Values)) : [];
        foreach (var record in running)
            outcomes.Add(Send(record, trees.GetValueOrDefault(record.Id, []).ConvertAll(tools.Table.IdentityOf), number));
        transaction.Tell(outcomes.OfType<Outcome.Signalled>().Select(
            sent => new Event.Signalled(tools.Time.GetUtcNow(), sent.Process.Id, sent.Target, number, sent.Processes)));
        transaction.Save();
        return outcomes;
    }

    // The main process first: it may tell the others itself what to do.
    private Outcome Send(ProcessRecord record, List<ProcessIdentity> tree, int number)
    {
        var main = record.State.Main!;
        var sent = 0;
        foreach (var identity in tree.Where(identity => identity.Pid != main.Pid).Prepend(main))
        {
            using var handle = tools.Handles.Open(identity);
            if (handle is not { HasEnded: false })
                continue;
            if (handle.Signal(number) is { } refused)
                return new Outcome.Failed(record.Spec.Name, record, $"{SignalName.Of(number)} could not be sent to pid {identity.Pid}: {refused}");
            sent++;
        }

        return sent == 0 ? NotRunning(record, "it has just ended") : new Outcome.Signalled(record.Spec.Name, record, number, sent);
    }

    private static Outcome.Failed NotRunning(ProcessRecord record, string why) =>
        new(record.Spec.Name, record, $"{why}: no signal was sent", FailureCode.NotRunning);
}
