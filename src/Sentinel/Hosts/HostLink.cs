using Sentinel.Api.Wire;
using Sentinel.Model.Specs;

namespace Sentinel.Hosts;

/// <summary>A machine that is asked again and again, over one connection for as long as that holds.</summary>
internal sealed class HostLink(HostName host) : IDisposable
{
    // Who looks every second is shown the others meanwhile.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _turn = new(1);
    private HostChannel? _channel;
    private Task<HostAnswer>? _asked;

    /// <summary>What the machine answers; one question waits for the answer to the one before.</summary>
    public Task<HostAnswer> Ask(RelayCall call) => HostAnswer.Of(host, call, async asking =>
    {
        await _turn.WaitAsync();
        try
        {
            _channel ??= await HostChannel.Open(host);
            return await asking.Do(_channel);
        }
        catch
        {
            Dispose();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    });

    /// <summary>The same, but soon: that it has not answered yet is an answer.</summary>
    public async Task<HostAnswer> AskSoon(RelayCall call)
    {
        var asked = _asked ??= Ask(call);
        if (await Task.WhenAny(asked, Task.Delay(Patience)) != asked)
            return new HostAnswer(host, 1, [], [], "it has not answered yet");
        _asked = null;
        return await asked;
    }

    public void Dispose()
    {
        _channel?.Dispose();
        _channel = null;
    }
}

/// <summary>What came from a machine, as a whole.</summary>
/// <param name="Why">Why it could not be done there; null: it was.</param>
internal sealed record HostAnswer(HostName Host, int ExitCode, byte[] Output, byte[] Error, string? Why)
{
    /// <summary>That it cannot be reached is an answer, too.</summary>
    /// <param name="work">Has the call carried out.</param>
    /// <param name="input">What it reads; null: nothing.</param>
    public static async Task<HostAnswer> Of(HostName host, RelayCall call, Func<HostCall, Task<int>> work, Stream? input = null)
    {
        var (output, error) = (new MemoryStream(), new MemoryStream());
        try
        {
            var exitCode = await work(new HostCall(host, call, (kind, said) => (kind == RelayKind.Output ? output : error).Write(said.Span), input));
            return new HostAnswer(host, exitCode, output.ToArray(), error.ToArray(), null);
        }
        catch (Exception e) when (e is HostException or InvalidDataException)
        {
            return new HostAnswer(host, 1, output.ToArray(), error.ToArray(), e.Message);
        }
    }
}
