using Sentinel.Core.Host;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Trees;

/// <summary>The processes of one moment: one pass over the process table, made when it is first needed and then kept.</summary>
/// <param name="except">A process that is left out; null: none.</param>
public sealed class Snapshot(IProcessTable table, ProcessIdentity? except = null)
{
    // How often to look for processes that appeared during the pass.
    private const int Looks = 8;

    private Dictionary<int, Sighting>? _byPid;
    private Newcomers? _newcomers;

    /// <summary>A snapshot of these processes alone.</summary>
    internal Snapshot(IProcessTable table, IEnumerable<Sighting> processes)
        : this(table) => _byPid = processes.ToDictionary(process => process.Pid);

    public IProcessTable Table => table;

    public IReadOnlyDictionary<int, Sighting> All
    {
        get
        {
            if (_byPid is null)
            {
                _byPid = [];
                _newcomers = new Newcomers(table);
                foreach (var process in table.All())
                    _byPid[process.Pid] = process;
                for (var looks = 0; looks == 0 || (!_newcomers.IsAll && looks < Looks); looks++)
                    foreach (var process in _newcomers.Next())
                        _byPid[process.Pid] = process;
                if (except is not null && table.IsHere(except))
                    _byPid.Remove(except.Pid);
            }

            return _byPid;
        }
    }

    /// <summary>The processes created after this; to be asked for once the pass has been made.</summary>
    internal Newcomers Newcomers => _newcomers ?? new Newcomers(table);

    /// <summary>
    /// The process itself while it lives or is a zombie; null when it cannot be seen here, or its pid is now another's. Before the pass
    /// has been made, only this one process is looked at.
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
