using System.Text;

namespace Sentinel.Serve.Routes;

/// <summary>Writes what has no end: as server-sent events or, where newline-delimited JSON is asked for, a line each.</summary>
internal sealed class EventWriter
{
    private const string Lines = "application/x-ndjson";

    // Who does not take anything for so long is let go, and can go on from the last id.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Call _call;
    private readonly bool _isLines;
    private readonly StringBuilder _unsent = new();

    private EventWriter(Call call)
    {
        _call = call;
        _isLines = call.Context.Request.Headers.Accept.ToString().Contains(Lines, StringComparison.Ordinal);
    }

    /// <summary>Writes until the caller has gone, or there is nothing more.</summary>
    public static async Task Write(Call call, Func<EventWriter, Task> write)
    {
        using var place = call.Parts.Streams.TryTake();
        if (place is null)
        {
            call.Context.Response.Headers.RetryAfter = "5";
            await call.Fail(Links.Streams.Busy);
            return;
        }

        var writer = new EventWriter(call);
        call.Context.Response.ContentType = writer._isLines ? Lines : "text/event-stream";
        await writer.Nothing();
        try
        {
            await write(writer);
        }
        catch (OperationCanceledException)
        {
            // It hung up, or took nothing any more.
        }
    }

    /// <param name="id">From where to go on after this.</param>
    /// <param name="data">A line.</param>
    public Task Event(string kind, string id, string data)
    {
        Add(kind, id, data);
        return Flush();
    }

    /// <summary>The same, to be sent with what comes next.</summary>
    public void Add(string kind, string id, string data)
    {
        if (_isLines)
            _unsent.Append(data).Append('\n');
        else
            _unsent.Append("event: ").Append(kind).Append("\nid: ").Append(id).Append("\ndata: ").Append(data).Append("\n\n");
    }

    /// <summary>Shows that somebody is there.</summary>
    public Task Nothing()
    {
        _unsent.Append(_isLines ? "\n" : ":\n\n");
        return Flush();
    }

    public async Task Flush()
    {
        if (_unsent.Length == 0)
            return;
        var bytes = Encoding.UTF8.GetBytes(_unsent.ToString());
        _unsent.Clear();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_call.Gone);
        patience.CancelAfter(Patience);
        await _call.Context.Response.Body.WriteAsync(bytes, patience.Token);
        await _call.Context.Response.Body.FlushAsync(patience.Token);
    }
}
