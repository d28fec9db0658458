using ModelContextProtocol.Server;
using Sentinel.Core.Host;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Proc;
using Sentinel.Serve.Links;

namespace Sentinel.Serve.Agents;

/// <summary>An agent that has started this program, and speaks to it by its standard streams.</summary>
internal static class AgentStreams
{
    /// <summary>Serves it until it closes them, or ends: then what it has run ends as well, for that is to end with this program.</summary>
    /// <param name="folder">Where the agent works.</param>
    public static async Task Serve(ServeOptions options, string folder, CancellationToken ends)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ends);
        _ = Task.Run(() => EndWithParent(over), over.Token);
        var place = new Workplace(options, new DaemonLink(options.Home), new CommandLink(options.Command, options.Home.Folder), new StateLink(options.Home), new Agent(folder, Environment.ProcessId));
        await using var transport = new StdioServerTransport("sentinel", loggerFactory: null);
        await using var server = McpServer.Create(transport, new AgentServer(place).Options);
        try
        {
            await server.RunAsync(over.Token);
        }
        catch (OperationCanceledException)
        {
            // It is told to end.
        }
    }

    // Others may have its end of the pipe as well, and never close it.
    private static void EndWithParent(CancellationTokenSource over)
    {
        var table = new ProcessTable();
        if (table.Look(Environment.ProcessId) is not { Parent: > 1 and var parent } || table.Look(parent) is not { } seen)
            return;
        var handles = new ProcessHandles(table);
        using var process = handles.Open(table.IdentityOf(seen));
        if (process is not null)
            handles.WaitAny([process], Timeout.InfiniteTimeSpan).GetAwaiter().GetResult();
        over.Cancel();
    }
}
