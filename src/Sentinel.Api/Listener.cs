namespace Sentinel.Api;

/// <summary>A process that waits for connections (TCP) or packets (UDP).</summary>
/// <param name="Port">The port that it listens on.</param>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
/// <param name="Pid">Null when we may not see it.</param>
/// <param name="Program">The name that the kernel has for it; null likewise.</param>
public sealed record Listener(int Port, string Protocol, int? Pid, string? Program)
{
    public override string ToString() => Pid is null ? "a process of another user" : $"{Program} (pid {Pid})";
}
