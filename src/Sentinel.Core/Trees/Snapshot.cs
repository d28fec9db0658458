using Sentinel.Core.Host;
using Sentinel.Core.Policy;

namespace Sentinel.Core.Trees;

/// <summary>The processes of one moment: one pass over the process table, made when it is first needed and then kept.</summary>
public sealed class Snapshot(IProcessTable table)
{
    private Dictionary<int, Sighting>? _byPid;

    public IProcessTable Table => table;

    public IReadOnlyDictionary<int, Sighting> All
    {
        get
        {
            if (_byPid is null)
            {
                _byPid = [];
                foreach (var process in table.All())
                    _byPid[process.Pid] = process;
            }

            return _byPid;
        }
    }

    /// <summary>
    /// The process itself while it lives or is a zombie; null when it cannot be seen here or its pid is another's by now. Before the pass
    /// has been made only this one process is looked at.
    /// </summary>
    public Sighting? Look(ProcessIdentity identity)
    {
        if (_byPid is null)
            return table.Look(identity);
        return table.IsHere(identity) && _byPid.TryGetValue(identity.Pid, out var seen) && seen.StartTicks == identity.StartTicks
            ? seen
            : null;
    }
}
