using Sentinel.Api.Wire;
using Sentinel.Model.Specs;

namespace Sentinel.Hosts;

/// <summary>A machine that is asked again and again, over one connection for as long as that holds.</summary>
internal sealed class HostLink(HostName host) : IAsyncDisposable
{
    private HostChannel? _channel;

    /// <summary>What the machine answers, as a whole; that it cannot be reached is an answer, too.</summary>
    public async Task<HostAnswer> Ask(RelayCall call)
    {
        var (output, error) = (new MemoryStream(), new MemoryStream());
        try
        {
            _channel ??= await HostChannel.Open(host);
            var exitCode = await new HostCall(host, call, (kind, said) => (kind == RelayKind.Output ? output : error).Write(said.Span)).Do(_channel);
            return new HostAnswer(host, exitCode, output.ToArray(), error.ToArray(), null);
        }
        catch (HostException e)
        {
            await DisposeAsync();
            return new HostAnswer(host, 1, output.ToArray(), error.ToArray(), e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        var channel = _channel;
        _channel = null;
        if (channel is not null)
            await channel.DisposeAsync();
    }
}

/// <summary>What came from a machine.</summary>
/// <param name="Why">Why it could not be asked; null: it was.</param>
internal sealed record HostAnswer(HostName Host, int ExitCode, byte[] Output, byte[] Error, string? Why);
