using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Model.Specs;

namespace Sentinel.Hosts;

/// <summary>A connection to the relay of another machine. It carries one call after another.</summary>
internal sealed class HostChannel : IDisposable
{
    // For connections over several machines and shells that take seconds to begin.
    private static readonly TimeSpan LongestGreeting = TimeSpan.FromSeconds(30);

    // The relay says something every second while it works.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(2);

    private const int NoProgram = 127, NoConnection = 255, NoSuchCommand = 2;
    private const int MostTold = 4096;

    private readonly Process _ssh;
    private readonly StringBuilder _told = new();
    private readonly Task _hearing;
    private readonly RelayReader _reader = new(hasMark: true);
    private readonly byte[] _block = new byte[64 * 1024];
    private bool _isStuck;

    private HostChannel(Process ssh)
    {
        _ssh = ssh;
        _hearing = HearErrors();
    }

    /// <param name="way">A port of loopback here that leads to one there, while the channel is open; null: none.</param>
    /// <exception cref="HostException">It cannot be reached, or has no relay that speaks with us.</exception>
    public static async Task<HostChannel> Open(HostName host, (int Here, int There)? way = null)
    {
        var channel = new HostChannel(Ssh.Start(host, "exec sentinel relay", way));
        try
        {
            var first = await channel.Next(LongestGreeting);
            var hello = first.Kind == RelayKind.Hello ? RelayHello.Read(first.Body) : throw new InvalidDataException("what answers there is no relay");
            if (hello.Version != RelayHello.Ours)
                throw new HostException($"its sentinel is {hello.Sentinel}, which speaks otherwise than this one; 'sentinel deploy' brings this one there");
            return channel;
        }
        catch (Exception e) when (e is BrokenChannelException or InvalidDataException or JsonException)
        {
            var why = e is BrokenChannelException ? await channel.WhyNotOpen(e.Message) : e.Message;
            channel.Dispose();
            throw new HostException(why);
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    /// <exception cref="BrokenChannelException">It is gone.</exception>
    public async Task Say(RelayKind kind, ReadOnlyMemory<byte> body)
    {
        try
        {
            await _ssh.StandardInput.BaseStream.WriteAsync(new RelayFrame(kind, body).ToBytes());
            await _ssh.StandardInput.BaseStream.FlushAsync();
        }
        catch (IOException)
        {
            throw new BrokenChannelException("the connection broke");
        }
    }

    /// <summary>The next frame from there.</summary>
    /// <exception cref="BrokenChannelException">It is gone, or nothing has been heard for long.</exception>
    /// <exception cref="InvalidDataException">What came is no frame.</exception>
    public Task<RelayFrame> Next() => Next(LongestSilence);

    private async Task<RelayFrame> Next(TimeSpan longest)
    {
        using var patience = new CancellationTokenSource(longest);
        while (true)
        {
            if (_reader.Next() is { } frame)
                return frame;
            try
            {
                var read = await _ssh.StandardOutput.BaseStream.ReadAsync(_block, patience.Token);
                if (read == 0)
                    throw new BrokenChannelException("the connection broke");
                _reader.Add(_block.AsSpan(0, read));
            }
            catch (OperationCanceledException)
            {
                _isStuck = true;
                throw new BrokenChannelException($"it has not answered for {longest.TotalSeconds:0} s");
            }
            catch (IOException)
            {
                throw new BrokenChannelException("the connection broke");
            }
        }
    }

    /// <summary>Closes it. Nobody waits until ssh has ended: it may have become the master of other connections.</summary>
    public void Dispose()
    {
        if (_isStuck)
            _ssh.Kill();
        try
        {
            _ssh.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }

        _ssh.Dispose();
    }

    private async Task<bool> HasEnded()
    {
        using var patience = new CancellationTokenSource(LongestGoodbye);
        try
        {
            await _ssh.WaitForExitAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return _ssh.HasExited;
        }
    }

    private async Task<string> WhyNotOpen(string otherwise)
    {
        if (!await HasEnded())
            return otherwise;
        await Task.WhenAny(_hearing, Task.Delay(100));
        string told;
        lock (_told)
            told = _told.ToString();
        var last = Ssh.LastLine(told) ?? "";
        return _ssh.ExitCode switch
        {
            NoProgram => "there is no sentinel; 'sentinel deploy' brings it there",
            NoSuchCommand when told.Contains("relay", StringComparison.Ordinal) => "its sentinel is too old to be reached over ssh; 'sentinel deploy' brings this one there",
            NoConnection when last.Length > 0 => last,
            var code when last.Length > 0 => $"{last} (exit code {code})",
            var code => $"the connection ended at once, with exit code {code}",
        };
    }

    private async Task HearErrors()
    {
        var block = new byte[MostTold];
        try
        {
            while (await _ssh.StandardError.BaseStream.ReadAsync(block) is > 0 and var read)
                lock (_told)
                {
                    _told.Append(Encoding.UTF8.GetString(block, 0, read));
                    if (_told.Length > MostTold)
                        _told.Remove(0, _told.Length - MostTold);
                }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Nobody listens any more.
        }
    }
}
