namespace Sentinel.Core.Host;

/// <summary>The users that the system knows.</summary>
public interface IAccounts
{
    /// <param name="user">A name or uid, and after a colon perhaps a group's name or gid.</param>
    /// <exception cref="SpawnException">There is no such user or group, or we may not become it.</exception>
    Account Find(string user);
}

/// <summary>Who a process runs as; see passwd(5).</summary>
/// <param name="Groups">All of them, <paramref name="GroupId"/> among them.</param>
public sealed record Account(string Name, uint UserId, uint GroupId, IReadOnlyList<uint> Groups, string Home, string Shell)
{
    /// <summary>Whether that is somebody else than we are.</summary>
    public bool IsAnother { get; init; }
}
