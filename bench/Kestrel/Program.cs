using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

// Answers nothing to everything, at the socket that it is given: what HTTP costs before anything is asked.
var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore().ConfigureKestrel(server => server.ListenUnixSocket(args[0]));
var app = builder.Build();
app.Run(_ => Task.CompletedTask);
app.Run();
