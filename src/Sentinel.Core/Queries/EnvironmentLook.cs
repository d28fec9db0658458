using Sentinel.Api;
using Sentinel.Core.Environments;
using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Queries;

/// <summary>Compares the environment of a process with the one that it would get now.</summary>
/// <param name="warn">Told, in a sentence, what could not be read.</param>
internal sealed class EnvironmentLook(ProcessEnvironments environments, IProcessTable table, Action<string> warn)
{
    /// <param name="withValues">Whether to tell all values, also those that look secret.</param>
    /// <exception cref="EnvironmentException">It does not run, and could not start: its environment cannot be put together.</exception>
    public EnvironmentInfo At(ProcessRecord record, State state, bool withValues)
    {
        var has = record.State is RunState.Running running && table.IsHere(running.Identity) ? table.EnvironmentOf(running.Identity.Pid) : null;
        if (record.State is RunState.Running && has is null)
            warn($"the environment of {record.Spec.Name} cannot be read; this is what it would get now");
        var next = Next(record, state, isNeeded: has is null);
        var values = (has ?? next.Block).Entries().Select(entry => new EnvironmentEntry(entry, EnvironmentSource.Run))
            .DistinctBy(entry => entry.Name).ToDictionary(entry => entry.Name, entry => entry.Value);
        var nexts = next.Entries.DistinctBy(entry => entry.Name).ToDictionary(entry => entry.Name);
        var secrets = record.Spec.Secrets.ToDictionary(secret => secret.Name);
        return new EnvironmentInfo(record.Id, record.Spec.Name, has is not null, [.. values.Keys.Union(nexts.Keys).Union(secrets.Keys)
            .Select(name => secrets.TryGetValue(name, out var secret) ? Of(secret, isSet: has is null || values.ContainsKey(name))
                : Of(name, values.GetValueOrDefault(name), nexts.GetValueOrDefault(name)))
            .Select(variable => withValues ? variable : variable.Masked())
            // What the user set explicitly comes first.
            .OrderBy(variable => variable.Source == EnvironmentSource.Run).ThenBy(variable => variable.Name, StringComparer.Ordinal)]);
    }

    // Nobody is told its value, and whether it would be another now, only fetching it would tell.
    private static VariableInfo Of(Secret secret, bool isSet)
    {
        var source = EnvironmentSource.Secret(secret.Reference);
        return new VariableInfo(secret.Name, isSet, Value: null, source, IsOutdated: !isSet, NextValue: null, source) { IsMasked = true };
    }

    private static VariableInfo Of(string name, string? value, EnvironmentEntry? next)
    {
        var isOutdated = value != next?.Value;
        return new VariableInfo(name, value is not null, value, isOutdated ? null : next?.Source, isOutdated, next?.Value, next?.Source);
    }

    private ProcessEnvironment Next(ProcessRecord record, State state, bool isNeeded)
    {
        try
        {
            var next = environments.Of(record, state);
            foreach (var warning in next.Warnings)
                warn(warning);
            return next;
        }
        catch (EnvironmentException e) when (!isNeeded)
        {
            warn($"{e.Message}; {record.Spec.Name} could not start again");
            return new ProcessEnvironment([], null, []);
        }
    }
}
