using Sentinel.Api;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Model.Fields;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>Runs what may be registered already, as it is asked for or otherwise.</summary>
internal sealed class Rerunning(StateStore store, Registry registry, Changing changing, Starting starting, Restarting restarting)
{
    /// <inheritdoc cref="Request.Run"/>
    public async ValueTask<IReadOnlyList<Outcome>> Run(RunRequest request)
    {
        var (name, state) = (request.Spec.Name, store.Read());
        if (request.IfTaken == IfTaken.Refuse || state.HolderOf(name) is not { } holder)
            return await registry.Run(request);
        List<ProcessRecord> held = holder.Spec.Instance is { Set: var set } && set == name ? [.. state.InstancesOf(name)] : [holder];
        if (holder.Spec.Lease?.Session != request.Spec.Lease?.Session)
            return [Registry.Taken(name, holder, request.Spec)];
        if (held[0].Spec.Name == name == request.Instances is not null)
            return [Different(holder, request.Instances is null ? "it is a set of instances" : "it is a single process", "'sentinel delete' first")];

        var changes = held.ConvertAll(record => new SpecChange(record.Id, record.Spec, Wanted(record.Spec, request.Spec)));
        var fields = SpecFields.Changed(changes[0].Before, changes[0].After).ToList();
        var count = request.Instances ?? held.Count;
        if (request.IfTaken == IfTaken.Ensure && (fields.Count > 0 || count != held.Count))
            return [Different(
                holder,
                string.Join("; ", [.. fields.Select(field => Difference(field, changes[0])), .. count == held.Count ? [] : new[] { $"instances: {held.Count} -> {count}" }]),
                "'run --replace' changes it")];

        var all = Selection.Of(held.Select(record => record.Id));
        var renewal = new Renewal(request.Environment, request.Spec.Inherited);
        // What runs as asked for keeps the environment that it has.
        if (fields.Count == 0)
            return [.. await starting.Start(all, held.Exists(record => record.State.IsUnderWay) ? null : renewal), .. await Scale()];
        var outcomes = changing.Change(changes);
        if (outcomes.OfType<Outcome.Failed>().Any())
            return outcomes;
        var outdated = outcomes.OfType<Outcome.Changed>().Where(changed => changed.IsOutdated).Select(changed => changed.Process.Id).ToHashSet();
        return
        [
            .. outcomes,
            .. outdated.Count == 0 ? [] : await restarting.Restart(Selection.Of(outdated), StopOptions.Default, renewal),
            .. outdated.Count == held.Count ? [] : await starting.Start(Selection.Of(held.Select(record => record.Id).Where(id => !outdated.Contains(id))), renewal: null),
            .. await Scale(),
        ];

        async ValueTask<IReadOnlyList<Outcome>> Scale() => count == held.Count ? [] : await registry.Scale(name, count, isRelative: false);
    }

    // The shell that asks now is not what was asked for: what it hands on changes with each shell.
    private static ProcessSpec Wanted(ProcessSpec before, ProcessSpec asked) => asked with
    {
        Name = before.Name,
        Instance = before.Instance,
        Environment = before.Environment,
        Inherited = before.Inherited,
    };

    private static Outcome.Failed Different(ProcessRecord holder, string how, string advice) =>
        new(holder.Spec.SetName, holder, $"it is not as asked for: {how}; {advice}", FailureCode.Different);

    // The values of variables may be secret.
    private static string Difference(SpecField field, SpecChange change)
    {
        string[] before = [.. field.Get(change.Before)], after = [.. field.Get(change.After)];
        return field.Key == "env"
            ? $"env: {string.Join(", ", before.Except(after).Concat(after.Except(before)).Select(variable => variable.Split('=')[0]).Distinct())}"
            : $"{field.Key}: {Words(before)} -> {Words(after)}";
    }

    private static string Words(string[] values) => values.Length == 0 ? "not set" : string.Join(", ", values);
}
