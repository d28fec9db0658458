namespace Sentinel.Core.Host;

/// <summary>The users that the system knows.</summary>
public interface IAccounts
{
    /// <param name="user">A name or uid, optionally followed by a colon and a group's name or gid.</param>
    /// <exception cref="SpawnException">There is no such user or group, or we may not become it.</exception>
    Account Find(string user);
}

/// <summary>The user that a process runs as; see passwd(5).</summary>
/// <param name="Groups">All groups, including <paramref name="GroupId"/>.</param>
public sealed record Account(string Name, uint UserId, uint GroupId, IReadOnlyList<uint> Groups, string Home, string Shell)
{
    /// <summary>Whether this is a different user from ours.</summary>
    public bool IsAnother { get; init; }
}
