using Sentinel.Serve.Links;

namespace Sentinel.Serve.Routes;

/// <summary>What answers are made from.</summary>
internal sealed record Parts(ServeOptions Options, DaemonLink Daemon, CommandLink Commands, StateLink State, EventFeed Events, Streams Streams, History History);
