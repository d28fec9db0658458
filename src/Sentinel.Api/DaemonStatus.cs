namespace Sentinel.Api;

/// <summary>What a daemon reports about itself.</summary>
/// <param name="Pid">Its process id.</param>
/// <param name="Version">The version of its program, with the commit.</param>
/// <param name="StartedAt">When it began to supervise.</param>
/// <param name="Supervised">How many processes it knows.</param>
/// <param name="Running">How many of them run.</param>
/// <param name="Restarts">How many it has restarted by itself.</param>
/// <param name="LastError">What last went wrong, and when; null if nothing has.</param>
public sealed record DaemonStatus(
    int Pid, string Version, DateTimeOffset StartedAt, int Supervised, int Running, int Restarts, string? LastError)
{
    /// <summary>The versions of the protocol that it understands.</summary>
    public ProtocolRange Protocols { get; init; } = ProtocolRange.Ours;
}

/// <summary>The versions of the protocol that a program understands; see <see cref="Wire.Protocol"/>.</summary>
public readonly record struct ProtocolRange(int Oldest, int Newest)
{
    /// <summary>Those of this program.</summary>
    public static ProtocolRange Ours => new(Wire.Protocol.Oldest, Wire.Protocol.Version);

    public bool Has(int version) => version >= Oldest && version <= Newest;

    public override string ToString() => Oldest == Newest ? $"{Newest}" : $"{Oldest} to {Newest}";
}
