using Sentinel.Api;
using Sentinel.Core.Store;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>Keeps the hooks.</summary>
public sealed class HookBook(StateStore store)
{
    /// <inheritdoc cref="Request.AddHook"/>
    public Outcome Add(Hook hook)
    {
        using var transaction = store.Begin();
        if (transaction.State.Hooks.ContainsKey(hook.Name))
            return new Outcome.Failed(hook.Name, null, $"there is a hook {hook.Name} already; 'sentinel hook delete {hook.Name}' removes it", FailureCode.NameTaken);
        if (transaction.State.Hooks.Count >= Hook.MostHooks)
            return new Outcome.Failed(hook.Name, null, $"there are {Hook.MostHooks} hooks already");
        // What happened before it is not told.
        transaction.State = transaction.State.With(hook with { After = new EventReader(store).Last });
        transaction.Save();
        return new Outcome.HookAdded(hook.Name);
    }

    /// <inheritdoc cref="Request.DeleteHooks"/>
    public IReadOnlyList<Outcome> Delete(IReadOnlyList<string> names)
    {
        using var transaction = store.Begin();
        var outcomes = new List<Outcome>();
        foreach (var name in names)
        {
            if (transaction.State.Hooks.GetValueOrDefault(name) is not { } hook)
            {
                outcomes.Add(Missing(name));
                continue;
            }

            transaction.State = transaction.State.Without(hook);
            if (File.Exists(store.Home.HookReport(name)))
                File.Delete(store.Home.HookReport(name));
            outcomes.Add(new Outcome.HookDeleted(name));
        }

        transaction.Save();
        return outcomes;
    }

    /// <summary>That there is no such hook.</summary>
    public static Outcome.Failed Missing(string name) => new(name, null, $"there is no hook {name}; 'sentinel hook list' shows all", FailureCode.NotFound);
}
