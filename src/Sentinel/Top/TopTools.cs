using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Queries;
using Sentinel.Core.Store;
using Sentinel.Linux.Proc;
using Sentinel.Model.Processes;

namespace Sentinel.Top;

/// <summary>What the screen works with.</summary>
/// <param name="Selection">Which processes it shows.</param>
/// <param name="Place">What that is, in words.</param>
/// <param name="Folder">Where it was started; null: that folder was deleted.</param>
/// <param name="ProjectFile">The file of the project there; null: there is none.</param>
internal sealed record TopTools(
    SentinelHome Home, StateStore Store, Observer Observer, ProcessTable Table, Selection Selection, string Place, string? Folder, string? ProjectFile)
{
    /// <summary>Ourselves, who count for no tree that we may be part of.</summary>
    public ProcessIdentity? Self => field ??= Table.Look(Environment.ProcessId) is { } self ? Table.IdentityOf(self) : null;
}
