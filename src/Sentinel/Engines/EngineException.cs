namespace Sentinel.Engines;

/// <summary>An engine could not be asked, or refused; the message says why, mostly in its own words.</summary>
internal sealed class EngineException(string message) : Exception(message);
