using System.Runtime.InteropServices;
using Sentinel.Core.Store;
using Sentinel.Linux.Native;
using Sentinel.Rendering;
using Sentinel.Serve;
using Sentinel.Serve.Agents;
using Sentinel.Serve.Hosting;

StandardStream.FillGaps();
FileSizeSignal.Ignore();
const int failure = 1, usageError = 2;

ServeOptions options;
try
{
    options = ServeOptions.Parse(args);
}
catch (FormatException e)
{
    Output.Tell($"Error: {e.Message}; 'sentinel web', 'serve' and 'mcp' start this program");
    return usageError;
}

// Each stream has a thread that waits for the daemon, or for a log.
ThreadPool.SetMinThreads(64, 8);
using var ends = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
try
{
    if (options.AgentFolder is { } folder)
    {
        await AgentStreams.Serve(options, folder, ends.Token);
        return 0;
    }

    if (options.WithPage && await Existing.Invitation(options) is { } invitation)
        return Told.Invitation(options, invitation, "It is open already.");
    await new Door(options).Stay(Told.Opened(options), ends.Token);
    return 0;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or StateException)
{
    Output.Tell($"Error: {e.Message}");
    return failure;
}

void End(PosixSignalContext signal)
{
    signal.Cancel = true;
    ends.Cancel();
}
