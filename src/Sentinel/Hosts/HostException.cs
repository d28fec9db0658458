namespace Sentinel.Hosts;

/// <summary>A machine could not be used; the message says why, and what to do.</summary>
internal class HostException(string message) : Exception(message);

/// <summary>The connection ended before what was asked for.</summary>
internal sealed class BrokenChannelException(string why) : HostException(why);
