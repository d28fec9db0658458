using Sentinel.Core.Host;

namespace Sentinel.Core.Trees;

/// <summary>
/// The processes created since this object was. A pass over all processes takes longer than some of them live: one that forks and
/// ends stays ahead of it for ever. The system tells the last pid that it gave out, so whatever has appeared meanwhile is looked at
/// by its pid, again and again until nothing new appears: then all have been seen.
/// </summary>
public sealed class Newcomers(IProcessTable table)
{
    // More than that take another pass.
    private const int Most = 2000;

    // For a moment after its pid is given out, a process is not there yet, so one look does not tell that it is gone.
    private const int LooksForOne = 64;

    private List<(int Pid, int Looks)> _missing = [];
    private int _newest = table.NewestPid;

    /// <summary>Whether every process that exists has been looked at, by the earlier pass or here.</summary>
    public bool IsAll { get; private set; } = true;

    /// <summary>The next newcomers.</summary>
    public List<Sighting> Next()
    {
        var seen = new List<Sighting>();
        var newest = table.NewestPid;
        IsAll = newest == _newest && _missing.Count == 0;
        if (IsAll)
            return seen;
        if (newest < _newest || newest - _newest > Most)
        {
            // The pids have started over, or were used up faster than they can be looked at.
            _newest = newest;
            _missing = [];
            return seen;
        }

        var missing = new List<(int Pid, int Looks)>();
        foreach (var (pid, looks) in _missing)
            Look(pid, looks + 1);
        for (var pid = _newest + 1; pid <= newest; pid++)
            Look(pid, 1);
        _newest = newest;
        _missing = missing;
        return seen;

        void Look(int pid, int looks)
        {
            if (table.Look(pid) is { } process)
            {
                if (!table.IsThread(pid))
                    seen.Add(process);
            }
            else if (looks < LooksForOne)
            {
                missing.Add((pid, looks));
            }
        }
    }
}
