using Sentinel.Api.Wire;
using Sentinel.Model;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Hooks;

/// <summary>What a hook gets to read: the event as <c>events --json</c> prints it, and which hook it is.</summary>
public static class HookText
{
    /// <param name="left">How many events before that it is not told.</param>
    public static byte[] Of(Hook hook, Event happened, string word, int left) => [.. JsonFields.Object(JsonFields.Relaxed, json =>
    {
        json.WriteString("hook", hook.Name);
        json.WriteNumber("notTold", left);
        json.WriteNumber("seq", happened.Number ?? 0);
        EventDocument.WriteBody(json, happened, word);
    }), (byte)'\n'];
}
