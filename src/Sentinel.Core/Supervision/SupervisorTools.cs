using Sentinel.Core.Host;
using Sentinel.Core.Store;

namespace Sentinel.Core.Supervision;

/// <summary>What a supervisor works with.</summary>
/// <param name="Warn">Told, in a sentence, what the user should know.</param>
public sealed record SupervisorTools(
    StateStore Store,
    IProcessTable Table,
    ISpawner Spawner,
    IProcessHandles Handles,
    IPorts Ports,
    IRegularFiles Files,
    IAccounts Accounts,
    Random Random,
    TimeProvider Time,
    Action<string> Warn,
    LogTools Logs,
    IStartWaits Starts,
    IHeldSockets Sockets);
