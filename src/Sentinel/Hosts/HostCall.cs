using System.Text;
using Sentinel.Api.Wire;
using Sentinel.Model.Specs;

namespace Sentinel.Hosts;

/// <summary>Has a command carried out on another machine, once, whatever happens to the connection.</summary>
/// <param name="said">Gets what it writes to standard output and standard error, as it comes.</param>
/// <param name="input">What it reads; null: nothing.</param>
internal sealed class HostCall(HostName host, RelayCall call, Action<RelayKind, ReadOnlyMemory<byte>> said, Stream? input = null)
{
    // A machine that starts again takes longer; for a cable that was pulled out and a laptop that moved this is enough.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)];

    private RelayCall _call = call;

    // How much was heard, for each stream: what is told again is not said again.
    private readonly Dictionary<RelayKind, int> _heard = new() { [RelayKind.Output] = 0, [RelayKind.Error] = 0 };

    /// <returns>Its exit code.</returns>
    /// <exception cref="HostException">It could not be done, or what became of it is not known.</exception>
    public async Task<int> Do()
    {
        try
        {
            using var channel = await HostChannel.Open(host);
            return await Do(channel);
        }
        catch (BrokenChannelException e)
        {
            return await AskWhatBecame(e);
        }
        catch (InvalidDataException e)
        {
            throw new HostException(e.Message);
        }
    }

    /// <inheritdoc cref="Do()"/>
    /// <exception cref="BrokenChannelException">The connection ended first.</exception>
    public async Task<int> Do(HostChannel channel)
    {
        await channel.Say(RelayKind.Run, _call.ToJson());
        var feeding = Feed(channel);
        var exitCode = await Hear(channel, skipped: null) ?? throw new HostException("it was asked whether this was done, and will not do it now; try again");
        await feeding;
        return exitCode;
    }

    private async Task<int> AskWhatBecame(BrokenChannelException broken)
    {
        // What it was to read has been read.
        if (_call.Id is null || input is not null)
            throw new HostException(broken.Message);
        foreach (var pause in Pauses)
        {
            await Task.Delay(pause);
            try
            {
                using var channel = await HostChannel.Open(host);
                await channel.Say(RelayKind.Ask, Encoding.ASCII.GetBytes(_call.Id!));
                if (await Hear(channel, skipped: new Dictionary<RelayKind, int>(_heard)) is { } exitCode)
                    return exitCode;
                _call = _call with { Id = RelayCall.NewId() };
                return await Do(channel);
            }
            catch (BrokenChannelException)
            {
                // The same once more.
            }
            catch (HostException) when (pause != Pauses[^1])
            {
                // It may come back.
            }
            catch (HostException e)
            {
                throw Unknown($"{broken.Message}, and what became of this is not known ({e.Message})");
            }
        }

        throw Unknown($"{broken.Message}, and what became of this is not known");
    }

    private HostException Unknown(string what) => new($"{what}; 'sentinel list --host {host.Destination}' shows how things are");

    // Null: it was never begun.
    private async Task<int?> Hear(HostChannel channel, Dictionary<RelayKind, int>? skipped)
    {
        while (true)
        {
            var frame = await channel.Next();
            switch (frame.Kind)
            {
                case RelayKind.Output or RelayKind.Error:
                    var known = skipped is null ? 0 : Math.Min(skipped[frame.Kind], frame.Body.Length);
                    if (skipped is not null)
                        skipped[frame.Kind] -= known;
                    _heard[frame.Kind] += frame.Body.Length - known;
                    if (frame.Body.Length > known)
                        said(frame.Kind, frame.Body[known..]);
                    break;
                case RelayKind.Ended:
                    return frame.ToExitCode();
                case RelayKind.NeverBegun:
                    return null;
                case RelayKind.Lost:
                    throw Unknown("it was begun, and what became of it is not known");
            }
        }
    }

    private async Task Feed(HostChannel channel)
    {
        if (input is not null)
        {
            var block = new byte[64 * 1024];
            while (await input.ReadAsync(block) is > 0 and var read)
                await channel.Say(RelayKind.Input, block.AsMemory(0, read));
        }

        await channel.Say(RelayKind.Input, default);
    }
}
