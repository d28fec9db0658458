using System.Diagnostics;
using System.Text;

namespace Sentinel.EndToEnd;

/// <summary>The command line while it runs.</summary>
internal sealed class Command : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly MemoryStream _stdout = new();
    private readonly MemoryStream _stderr = new();
    private readonly Task _reading;
    private bool _isDisposed;

    public Command(ProcessStartInfo start, bool hangsUpEarly)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _reading = Task.WhenAll(
            hangsUpEarly ? HangUp(_process.StandardOutput.BaseStream) : Collect(_process.StandardOutput.BaseStream, _stdout),
            Collect(_process.StandardError.BaseStream, _stderr));
    }

    public int Pid => _process.Id;

    /// <summary>Everything that it has printed up to now.</summary>
    public string Stdout => Text(_stdout);

    /// <summary>The same of its errors and warnings.</summary>
    public string Stderr => Text(_stderr);

    public bool HasEnded => _process.HasExited;

    public void Signal(int number) => Signals.Send(_process.Id, number);

    /// <summary>Types on the terminal that it runs in.</summary>
    public void Type(string keys)
    {
        _process.StandardInput.Write(keys);
        _process.StandardInput.Flush();
    }

    /// <summary>Its input ends here.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    public Task Prints(string text) => Wait.Until(() => (Stdout + Text(_stderr)).Contains(text), () => $"it prints '{text}'; it printed:\n{Stdout}\n{Text(_stderr)}");

    /// <summary>Waits until it has ended and nobody holds its output open.</summary>
    public async Task<Outcome> End()
    {
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            deadline.CancelAfter(Timeout);
            await _process.WaitForExitAsync(deadline.Token);
            await _reading.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            var name = string.Join(' ', _process.StartInfo.ArgumentList);
            var state = _process.HasExited ? "ended, but somebody holds its output open" : "did not end";
            throw new TimeoutException($"'{name}' {state}. It said:\n{Stdout}\n{Text(_stderr)}");
        }

        return new Outcome(_process.ExitCode, Stdout, Text(_stderr));
    }

    /// <summary>The same, and nothing more is wanted of it: what it holds of the test is given back.</summary>
    public async Task<Outcome> Finish()
    {
        using (this)
            return await End();
    }

    /// <summary>By the test, or by the home; the later one finds nothing to do.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task Collect(Stream from, MemoryStream into)
    {
        var buffer = new byte[1 << 16];
        while (await from.ReadAsync(buffer) is > 0 and var read)
            lock (into)
                into.Write(buffer, 0, read);
    }

    private static async Task HangUp(Stream output)
    {
        _ = await output.ReadAsync(new byte[1]);
        output.Close();
    }

    private static string Text(MemoryStream bytes)
    {
        lock (bytes)
            return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
