using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>What processes that are about to be started have left running.</summary>
/// <param name="InTheWay">What must end before its successor starts: it may hold a port or a lock.</param>
/// <param name="InDoubt">Processes that may have gone into the background; it is too early to say.</param>
/// <param name="ToTell">Events for the time when <paramref name="InTheWay"/> has ended; after a crash none is needed.</param>
internal sealed record Remains(List<TreeRoot> InTheWay, List<Doubt> InDoubt, List<Event.EndedLeft> ToTell)
{
    public IEnumerable<int> Ids => InTheWay.Select(root => root.Id).Concat(InDoubt.Select(doubt => doubt.Id));
}

/// <summary>A process of which it will be known after <paramref name="Wait"/> whether it went into the background.</summary>
/// <param name="Left">What is left of it.</param>
internal sealed record Doubt(int Id, List<Sighting> Left, TimeSpan Wait);
