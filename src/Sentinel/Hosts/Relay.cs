using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;
using Sentinel.Model.Specs;
using Sentinel.Rendering;

namespace Sentinel.Hosts;

/// <summary>
/// Carries out, on this machine, what is asked for by another: the commands that people type, one after another. What only looks ends with the
/// connection; what changes something goes on to its end, and is remembered.
/// </summary>
/// <param name="from">What the other machine says.</param>
/// <param name="to">Where it hears us.</param>
internal sealed class Relay(SentinelHome home, Stream from, Stream to)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly CallRecords _records = new(home);
    private readonly SemaphoreSlim _saying = new(1);
    private Process? _running;
    private bool _endsWithUs;

    /// <summary>Serves until the other machine is gone and all that goes on without it has ended.</summary>
    public async Task Serve()
    {
        await to.WriteAsync(RelayFrame.BeginMark.ToArray());
        await Say(new RelayFrame(RelayKind.Hello, new RelayHello(RelayHello.Ours, BuildVersion.Text).ToJson()));
        var reader = new RelayReader(hasMark: false);
        var block = new byte[64 * 1024];
        var work = Task.CompletedTask;
        while (await from.ReadAsync(block) is > 0 and var read)
        {
            reader.Add(block.AsSpan(0, read));
            while (reader.Next() is { } frame)
                switch (frame.Kind)
                {
                    case RelayKind.Run:
                        await work;
                        work = Run(RelayCall.Read(frame.Body));
                        break;
                    case RelayKind.Ask:
                        await work;
                        work = TellOf(Encoding.ASCII.GetString(frame.Body.Span));
                        break;
                    case RelayKind.Input:
                        await Feed(frame.Body);
                        break;
                }
        }

        if (_endsWithUs)
            _running?.Kill();
        else
            _running?.StandardInput.Close();
        await work;
    }

    private async Task Run(RelayCall call)
    {
        CallRecords.Recording? record = null;
        try
        {
            if (call.Id is { } id && (record = _records.Begin(id)) is null)
            {
                await Say(new RelayFrame(RelayKind.NeverBegun, default));
                return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // On a full disk, too, processes are to be stopped: then nobody can ask about it later.
        }

        using (record)
        {
            int exitCode;
            try
            {
                exitCode = await Carry(call, record);
            }
            catch (Exception e) when (e is Win32Exception or IOException or HostException)
            {
                await Said(RelayKind.Error, Encoding.UTF8.GetBytes($"Error: {e.Message}\n"), record);
                exitCode = 1;
            }

            // From now on who asks is told.
            record?.End(exitCode);
            await Say(RelayFrame.Ended(exitCode));
        }
    }

    private async Task<int> Carry(RelayCall call, CallRecords.Recording? record)
    {
        var folder = call.Project is { } project ? Deployment.FolderOf(home, project) : null;
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var argument in call.Arguments)
            start.ArgumentList.Add(argument);
        if (folder is not null)
        {
            start.Environment["PWD"] = folder;
            start.ArgumentList.Add("--file");
            start.ArgumentList.Add(Path.Combine(folder, Path.GetFileName(call.Project!.File)));
        }

        start.Environment.Remove(HostNames.Variable);
        using var process = Process.Start(start)!;
        (_running, _endsWithUs) = (process, call.Id is null);
        await Beating(async () =>
        {
            await Task.WhenAll(Pass(process.StandardOutput.BaseStream, RelayKind.Output, record), Pass(process.StandardError.BaseStream, RelayKind.Error, record));
            await process.WaitForExitAsync();
        });
        _running = null;
        return process.ExitCode;
    }

    private async Task Pass(Stream said, RelayKind kind, CallRecords.Recording? record)
    {
        var block = new byte[64 * 1024];
        while (await said.ReadAsync(block) is > 0 and var read)
            await Said(kind, block.AsMemory(0, read), record);
    }

    private async Task Said(RelayKind kind, ReadOnlyMemory<byte> said, CallRecords.Recording? record)
    {
        if (record is not null)
            lock (record)
                record.Add(kind, said.Span);
        await Say(new RelayFrame(kind, said));
    }

    // Says meanwhile that it goes on.
    private async Task Beating(Func<Task> work)
    {
        using var over = new CancellationTokenSource();
        var beating = Beat(over.Token);
        await work();
        await over.CancelAsync();
        await beating;
    }

    private async Task Beat(CancellationToken over)
    {
        using var timer = new PeriodicTimer(Heartbeat);
        try
        {
            while (await timer.WaitForNextTickAsync(over))
                await Say(new RelayFrame(RelayKind.Working, default));
        }
        catch (OperationCanceledException)
        {
            // It has ended.
        }
    }

    private async Task TellOf(string id)
    {
        CallRecord found = new CallRecord.UnderWay();
        await Beating(async () =>
        {
            while ((found = _records.Find(id)) is CallRecord.UnderWay)
                await Task.Delay(Look);
        });
        if (found is CallRecord.Ended { Output: var output, Error: var error, ExitCode: var exitCode })
        {
            await Say(new RelayFrame(RelayKind.Output, output));
            await Say(new RelayFrame(RelayKind.Error, error));
            await Say(RelayFrame.Ended(exitCode));
        }
        else
            await Say(new RelayFrame(found is CallRecord.NeverBegun ? RelayKind.NeverBegun : RelayKind.Lost, default));
    }

    private async Task Feed(ReadOnlyMemory<byte> input)
    {
        try
        {
            if (_running?.StandardInput is not { } stdin)
                return;
            if (input.IsEmpty)
                stdin.Close();
            else
                await stdin.BaseStream.WriteAsync(input);
        }
        catch (IOException)
        {
            // It does not read it.
        }
    }

    // Whether or not anybody hears it, what is done is done.
    private async Task Say(RelayFrame frame)
    {
        await _saying.WaitAsync();
        try
        {
            await to.WriteAsync(frame.ToBytes());
            await to.FlushAsync();
        }
        catch (IOException)
        {
        }
        finally
        {
            _saying.Release();
        }
    }
}
