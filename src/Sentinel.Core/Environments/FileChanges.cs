using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Environments;

/// <summary>A variable that an environment file gives another value than a process has.</summary>
/// <param name="Before">Null: the process does not have it.</param>
/// <param name="Source">Where it is set.</param>
public sealed record VariableChange(string Name, string? Before, string After, EnvironmentSource Source);

/// <summary>Finds what environment files have changed since processes were started.</summary>
public sealed class FileChanges(ProcessEnvironments environments, IProcessTable table)
{
    /// <summary>Whether a start would read something else from them than the one of the present run did, and what, as far as that can be told.</summary>
    /// <param name="state">In which the process is, with the group that it is to have.</param>
    /// <returns>Null: nothing has changed, it does not run, or it could not be started.</returns>
    public IReadOnlyList<VariableChange>? Of(ProcessRecord record, State state)
    {
        if (record.State is not RunState.Running { FilesKey: { } key, Identity: var main } || (key == EnvironmentBlock.Empty.Key && !environments.HasFiles(record, state)))
            return null;
        ProcessEnvironment next;
        try
        {
            next = environments.Of(record, state);
        }
        catch (EnvironmentException)
        {
            return null;
        }

        if (next.FilesKey == key)
            return null;
        var has = table.IsHere(main) ? table.EnvironmentOf(main.Pid) : null;
        return has is null ? [] : [.. next.OfFiles.Where(entry => has[entry.Name] != entry.Value).Select(entry => new VariableChange(entry.Name, has[entry.Name], entry.Value, entry.Source))];
    }
}
