namespace Sentinel.Packing;

/// <summary>It cannot be packed; the message says why, and what to do.</summary>
internal sealed class PackingException(string message) : Exception(message);
