using Sentinel.Model;

namespace Sentinel.Core.Keepers;

/// <summary>Sees to one thing that processes need while they are registered: their logs, their health, their leases.</summary>
public interface IKeeper
{
    /// <summary>Whether processes in another pid namespace concern it, too.</summary>
    bool KeepsElsewhere => false;

    /// <summary>Notes which processes there are and how they are; called after each change.</summary>
    void Changed(State state);
}
